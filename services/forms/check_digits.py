"""The check digits of official identifiers, each a function of the digits alone."""


def _weighted_sum(digits: str, weights: range | tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def is_valid_uln(digits: str) -> bool:
    """Return whether the tenth digit of a ULN is right; 9999999999 is accepted, which stands for a ULN to come.

    Source: ILR validation rule ULN_04 with its derived field DD01. The first nine digits are weighted 10 to 2;
    a remainder of 0 by 11 is no ULN, otherwise the check digit is 10 less the remainder.
    """
    if digits == "9999999999":
        return True
    remainder = _weighted_sum(digits[:9], range(10, 1, -1)) % 11
    return remainder != 0 and int(digits[9]) == 10 - remainder


def is_valid_employer_id(digits: str) -> bool:
    """Return whether the ninth digit of an employer identifier is right; 999999999 is accepted: not listed.

    Source: ILR validation rule EmpId_02 with its derived field DD05. The first eight digits are weighted 9 to 2;
    the check digit is 11 less the remainder by 11, 0 for 11, and there is none for 10.
    """
    if digits == "999999999":
        return True
    check = (11 - _weighted_sum(digits[:8], range(9, 1, -1)) % 11) % 11
    return int(digits[8]) == check  # a check of 10 equals no digit


def is_valid_utr(digits: str) -> bool:
    """Return whether the first digit of a unique taxpayer reference is right.

    Source: HMRC's check of self-assessment references, as tax software documents it. The last nine digits are
    weighted 6 7 8 9 10 5 4 3 2; the check digit is 11 less the remainder by 11, with 11 and 10 written 2 and 1.
    """
    check = 11 - _weighted_sum(digits[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11
    return int(digits[0]) == (check - 9 if check > 9 else check)
