"""Tables of learners and employers: CSV files in any encoding and dialect, and Excel workbooks.

A file goes through ``decode`` and ``delimited``, or through ``workbook``, and comes out as rows; ``records`` finds the
headings and makes a record of each row; ``learners`` and ``employers`` parse its cells. Messages are for people who work in
Excel: they name the row, the heading as it is in the file, and what to do.
"""
