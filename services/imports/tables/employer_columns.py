"""The columns of tables of employers."""

from services.imports.tables.cells import limited_text, parse_boolean, parse_employer_id
from services.imports.tables.columns import Column, ColumnSet

EMPLOYER_COLUMNS = ColumnSet(
    (
        Column(
            "name", "the employer's name, at most 200 characters; required", limited_text(200),
            ("Employer", "Employer name", "Employer's name", "Company", "Company name", "Organisation",
             "Organisation name", "Business name", "Trading name", "Legal name"),
        ),
        Column(
            "employerId", "the employer's identifier of 9 digits", parse_employer_id,
            ("EmpId", "Employer identifier", "Employer number", "Employer reference number", "ERN", "EDRS", "EDRS number",
             "EDRS ID"),
        ),
        Column(
            "confirmed", "yes or no: whether the employer is confirmed", parse_boolean,
            ("Employer confirmed", "Is confirmed"),
        ),
    ),
    "name",
    "import-employers",
    {
        "it is not kept": (
            "Address", "Address 1", "Address 2", "Address 3", "Address line 1", "Address line 2", "Address line 3", "Town",
            "City", "County", "Country", "Postcode", "Contact", "Contact name", "Main contact", "Email", "Email address",
            "Contact email", "Phone", "Telephone", "Telephone number", "Phone number", "Mobile", "Website",
            "Sector", "Industry", "SIC code", "Company number", "Companies House number", "Company registration number",
            "VAT number", "Number of employees", "Employees", "Size", "Levy payer", "Notes",
        ),
    },
)  # fmt: skip
