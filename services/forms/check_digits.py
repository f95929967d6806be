"""Check digit algorithms of official identifiers."""

TEMPORARY_ULN = "9999999999"
"""The ULN of a learner whose own is pending."""


def _weighted_sum(digits: str, weights: range | tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def is_valid_uln(digits: str) -> bool:
    """Return whether a ULN's check digit, its tenth, is correct. ``TEMPORARY_ULN`` is accepted.

    Source: ILR validation rule ULN_04 with its derived field DD01. The first nine digits are weighted 10 to 2,
    and their sum is taken modulo 11. A remainder of 0 is invalid; otherwise the check digit is 10 minus the remainder.
    """
    if digits == TEMPORARY_ULN:
        return True
    remainder = _weighted_sum(digits[:9], range(10, 1, -1)) % 11
    return remainder != 0 and int(digits[9]) == 10 - remainder


def is_valid_employer_id(digits: str) -> bool:
    """Return whether an employer identifier's check digit, its ninth, is correct.

    Source: ILR validation rule EmpId_02 with its derived field DD05. The first eight digits are weighted 9 to 2,
    and the check digit is 11 minus their sum modulo 11, where 11 becomes 0 and 10 is invalid. The placeholder 999999999
    (employer not listed) is accepted.
    """
    if digits == "999999999":
        return True
    check_digit = (11 - _weighted_sum(digits[:8], range(9, 1, -1)) % 11) % 11
    return int(digits[8]) == check_digit  # 10 never equals a single digit


def is_valid_utr(digits: str) -> bool:
    """Return whether the check digit of a unique taxpayer reference, its first, is correct.

    Source: HMRC's check of self-assessment references, as documented by tax software. The last nine digits are
    weighted 6 7 8 9 10 5 4 3 2, and the check digit is 11 minus their sum modulo 11, where 11 becomes 2 and 10 becomes 1.
    """
    check_digit = 11 - _weighted_sum(digits[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11
    return int(digits[0]) == (check_digit - 9 if check_digit > 9 else check_digit)
