"""Faulty inputs of the renewal option."""

from tests.valuation.asking import amount, figure

TABLE = {
    "kind": "cn_table",
    "patent_kind": "invention",
    "applicants": "full",
    "grant_year": 3,
    "next_year": 12,
    "last_year": 20,
}
BAD = [
    ({"yearly_return.value": "0.00"}, "a number > 0, not 0"),
    ({"fees.amounts": []}, "at least 1"),
    ({"fees.amounts.0.value": "-900.00"}, "a number ≥ 0, not -900"),
    ({"fees.amounts": [amount("1.00")] * 12}, "no more than the 9.496 years to 2030-06-30"),
    ({"return_profile_share": [figure(1.0)]}, "5, one a fee"),
    ({"next_fee_in_years.value": 1.5}, "between 0 and 1, not 1.5"),
    ({"next_fee_in_years.value": 0.001}, "0 (today) or 0.02 and more"),
    ({"fluctuation": {"kind": "certain"}}, "reason"),
    ({"obsolescence_per_year.value": -0.1}, "between 0 and 5, not -0.1"),
    ({"fees": TABLE | {"patent_kind": "design"}}, "invention, as the patent is"),
    ({"fees": TABLE | {"next_year": 2}}, "grant ≤ first ≤ last"),
    ({"fees": TABLE | {"applicants": "poor"}}, "'full'"),
]
