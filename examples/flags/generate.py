#!/usr/bin/env python3
"""Writes data/users.csv, the same bytes on every machine (`generate.py [folder]`)."""

import csv
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

state = 20250301


def below(n):
    """The next number below n of a fixed linear congruential generator."""
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % n


def pick(items):
    return items[below(len(items))]


def iso(moment):
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond:06d}Z" if moment.microsecond else f"{text}Z"


FIRST_OF_FEBRUARY = datetime(2025, 2, 1, tzinfo=timezone.utc)
HEADER = ("user_id,email,country,region,plan,subscription_status,beta_tester,soc2_compliant,restricted,"
          "feature_experience_level,app_version,signed_up_at,updated_at").split(",")
PLACES = [("US", "NA"), ("US", "NA"), ("CA", "NA"), ("MX", "NA"), ("DE", "EU"), ("GB", "UK"), ("AE", "ME"), ("NG", "AF"),
          ("JP", "APAC"), ("CN", "APAC"), ("RU", "EU"), ("BR", "LATAM"), ("", "")]

rows = []
for number in range(1, 121):
    country, region = pick(PLACES)
    plan = pick(["free", "free", "basic", "pro", "premium", "premium", "enterprise", "enterprise", ""])
    status = pick(["active", "active", "active", "past_due", "cancelled", ""]) if plan not in ("free", "") else ""
    email = pick([f"u{number}@mail.example", f"u{number}@mail.example", f"u{number}@company.com", f"U{number}@Company.com",
                  f"u{number}@company.com.example", f"u{number}+test@mail.example", ""])
    # Some sign up in the last instant of January, some in the first of February.
    signed = pick([FIRST_OF_FEBRUARY, FIRST_OF_FEBRUARY - timedelta(microseconds=1)]) if number % 20 == 0 \
        else FIRST_OF_FEBRUARY + timedelta(seconds=below(86400 * 60) - 86400 * 32)
    rows.append([f"user-{number:03d}", email, country, region, plan, status, pick(["true", "false", "false"]),
                 pick(["true", "true", "false", ""]), pick(["true"] + ["false"] * 9), pick(["", 0, 1, 2, 3, 4, 5]),
                 pick(["1.9.9", "2.0.0-rc.1", "2.0.0", "2.10.0", "2.2.0+build7", "latest", ""]), iso(signed), iso(signed)])

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "data"
folder.mkdir(parents=True, exist_ok=True)
with open(folder / "users.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
