#!/usr/bin/env python3
"""Writes data/*.csv, the same bytes on every machine (`generate.py [folder]`).

as_of is 2026-03-10T15:00:00Z, the zone America/New_York.
"""

import csv
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

AS_OF = datetime(2026, 3, 10, 15, tzinfo=timezone.utc)
state = 77


def below(n):
    """The next number below n of a fixed linear congruential generator."""
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % n


def pick(items):
    return items[below(len(items))]


def chance(percent):
    return below(100) < percent


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


def iso(moment):
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond:06d}Z" if moment.microsecond else f"{text}Z"


INDUSTRIES = ["software", "retail", "health", ""]
companies = [(n, f"Company {n}" if n != 4 else 'The "Quoted", Inc.', f"c{n}.example" if n % 5 else "", pick(INDUSTRIES),
              pick([5, 40, 200, 1200, 90, ""]), pick(["true", "false", "false"])) for n in range(1, 19)]

people, leads = [], []
for n in range(1, 61):
    origin = pick(["form", "form", "imported"])
    seen = AS_OF - timedelta(seconds=below(86400 * 300))
    people.append((n, pick([f"p{n}@c{n % 18 + 1}.example", f"P{n}@Agency.example", ""]), pick([n % 18 + 1, n % 18 + 1, n % 7 + 1, n % 7 + 1, "", 404]),
                   iso(seen) if origin == "form" else "", origin))
    if chance(45):
        leads.append((f"L-{n:03d}", n if n % 9 else "", pick(["open", "working", "qualified", "closed", ""]),
                      iso(AS_OF - timedelta(seconds=below(86400 * 120)))))

# What forms asked, as JSON: a document, and a list of what was ticked.
TICKED = ['["pricing", "api"]', '["api"]', "[]", "", '["careers", "pricing"]']
ANSWERS = ['{"tier": "gold", "form": {"step": 3}}', '{"tier": "gold", "form": {"step": 1}}', '{"tier": "silver"}', "",
           '{"tier": null, "form": {"step": 3}}', '{"tier": "gold", "form": {"step": "3"}}']
people = [(*person, TICKED[person[0] % 5], ANSWERS[person[0] % 6]) for person in people]
INTENTS = ['{"topics": ["crm", "cdp"], "score": 80}', '{"topics": ["crm"], "score": 30}', '{"topics": ["erp"], "score": 90}', ""]
companies = [(*company, INTENTS[company[0] % 4]) for company in companies]

users = [(n, pick([n % 60 + 1, n % 60 + 1, ""]), iso(AS_OF - timedelta(seconds=86400 * 200 + below(86400 * 100))),
          pick(["true", "true", "false", ""])) for n in range(1, 101)]

sessions, events, conversions = [], [], []


def add_session(user, when, **more):
    session = f"s{len(sessions) + 1:04d}"
    sessions.append((session, user, iso(when), more.get("duration", pick(["", 3, 20, 60, 61, 400, 1800])),
                     more.get("pageviews", pick([1, 1, 2, 3, 5, 9])), pick(["google", "bing", "newsletter", ""]),
                     pick(["cpc", "CPC", "ppc", "organic", "email", ""]), pick(["spring_sale", "Spring_Sale_2", "brand", "", ""]),
                     pick(["desktop", "mobile", "tablet", ""]), pick(["", "0.25", "0.5", "0.75", "1.0"])))
    return session


def add_event(session, name, when, value="", percent=""):
    events.append((len(events) + 1, session, name, iso(when), value, percent))


for user, *_ in users:
    for _ in range(pick([0, 1, 1, 2, 3, 4, 8])):
        when = AS_OF - timedelta(seconds=below(86400 * (70 if chance(60) else 200)) + 1)
        session = add_session(user, when)
        for k in range(below(5)):
            at = when + timedelta(seconds=30 * k + below(30))
            name = pick(["Page Scroll", "Video Progress", "Video Progress", "Add to Cart", "Purchase", "Chat Opened"])
            add_event(session, name, at, f"{below(300)}.{below(100):02d}" if name in ("Purchase", "Add to Cart") and chance(90) else "",
                      pick([10, 25, 50, 75, 90, 100]) if name == "Video Progress" else "")
        if chance(30):
            name = pick(["Demo Requested", "Signed Up", "Brochure, PDF"])
            for number in range(1, 2 + below(2)):
                conversions.append((session, name, number, iso(when + timedelta(seconds=60 * number)), pick(["", "0.00", "25.00", "50.00", "120.00"])))

# Edges. `previous 30 days` is 8 February to 9 March, whole days in New York: from 05:00Z (winter
# time) to 04:00Z (summer time). `this week` began on Sunday 8 March at 05:00Z, and had 23 hours that day.
US = timedelta(microseconds=1)
for number, when in enumerate([
    utc(2026, 2, 8, 5), utc(2026, 2, 8, 5) - US,                 # first instant of the 30 days, and the one before
    utc(2026, 3, 10, 4) - US, utc(2026, 3, 10, 4),               # their last, and the first of today
    utc(2026, 3, 8, 5), utc(2026, 3, 8, 5) - US,                 # this week begins
    utc(2026, 2, 1, 5), utc(2026, 3, 1, 5) - US, utc(2026, 3, 1, 5),  # February
    AS_OF, AS_OF + timedelta(days=1),                            # not yet
]):
    users.append((201 + number, "", iso(utc(2025, 6, 1)), "true"))
    add_event(add_session(201 + number, when, duration=90, pageviews=4), "Purchase", when, "100.00")
sessions.append(("s-lost", 9999, iso(AS_OF - timedelta(days=1)), 100, 9, "google", "cpc", "brand", "desktop", "1.0"))
add_event("s-gone", "Purchase", AS_OF - timedelta(days=1), "10.00")

opportunities = []
for n in range(1, 41):
    created = (AS_OF - timedelta(days=below(240))).date()
    stage = pick(["prospecting", "proposal", "won", "won", "lost"])
    closed = created + timedelta(days=below(90))
    done = stage in ("won", "lost") and closed <= AS_OF.date()
    opportunities.append((f"O-{n:03d}", n % 18 + 1, stage, pick(["", "900.00", "5000.00", "12000.50"]), created.isoformat(),
                          closed.isoformat() if done else ""))
# Created on the day of as_of: its midnight is past. Tomorrow is not.
opportunities += [("O-today", 2, "won", "1.00", "2026-03-10", "2026-03-10"), ("O-tomorrow", 9, "won", "1.00", "2026-03-11", "")]
# Closed on the first and the last day of the last quarter of 2025, and around it.
for n, day in enumerate(["2025-09-30", "2025-10-01", "2025-12-31", "2026-01-01"]):
    opportunities.append((f"O-q{n}", 13 + n, "won", "700.00", "2025-09-01", day))

# A demo is asked for within two hours of a video: the last instant, one too late, the same instant.
WATCHED = utc(2026, 2, 20, 12)
HOURS = timedelta(hours=2)
for number, later in enumerate([HOURS, HOURS + US, timedelta(0)]):
    users.append((301 + number, "", iso(utc(2025, 6, 1)), "false"))
    session = add_session(301 + number, WATCHED, duration=7300, pageviews=2)
    add_event(session, "Video Progress", WATCHED, "", 90)
    conversions.append((session, "Demo Requested", 1, iso(WATCHED + later), "25.00"))
# A cart, and a purchase within a day: the last instant, one too late, never; the day isn't over yet; and
# eight weeks before as_of, which was an hour later in winter time, to the microsecond.
DAY, EIGHT_WEEKS = timedelta(days=1), utc(2026, 1, 13, 16)
for number, (cart, purchase) in enumerate([
    (WATCHED, WATCHED + DAY), (WATCHED, WATCHED + DAY + US), (WATCHED, None), (AS_OF - DAY, None), (AS_OF - DAY - US, None),
    (EIGHT_WEEKS, None), (EIGHT_WEEKS - US, None),
]):
    users.append((311 + number, "", iso(utc(2025, 6, 1)), ""))
    session = add_session(311 + number, cart, duration=20, pageviews=1)
    add_event(session, "Add to Cart", cart, "10.00")
    if purchase:
        add_event(session, "Purchase", purchase, "10.00")
# In each of the last four weeks, which begin on Tuesdays at 11:00 in New York, and in three of them.
for user, weeks in ((321, (0, 1, 2, 3)), (322, (0, 1, 3)), (323, (0, 1))):
    users.append((user, "", iso(utc(2025, 6, 1)), "true"))
    for week in weeks:
        add_session(user, AS_OF - timedelta(days=7 * week, hours=5), duration=400, pageviews=3)

TABLES = {
    "companies": ("company_id,name,domain,industry,employees,target_account,intent", companies),
    "people": ("person_id,email,company_id,identified_at,origin,interests,answers", people),
    "users": ("user_id,person_id,first_seen_at,consent", users),
    "sessions": ("session_id,user_id,started_at,duration_seconds,pageviews,source,medium,campaign,device,engagement", sessions),
    "events": ("event_id,session_id,name,at,value,percent", events),
    "web_conversions": ("session_id,name,number,converted_at,value", conversions),
    "crm_leads": ("lead_id,person_id,status,created_at", leads),
    "crm_opportunities": ("opportunity_id,company_id,stage,amount,created_on,closed_on", opportunities),
}

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for table, (header, rows) in TABLES.items():
        with open(folder / f"{table}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header.split(","))
            writer.writerows(rows)
