#!/usr/bin/env python3
"""Writes data/*.csv: a small shop, the same bytes on every machine.

    python3 generate.py            # beside this file, into data/
    python3 generate.py some/dir   # elsewhere, to compare

The bulk comes from a fixed linear congruential generator; the rows that sit on the edges
of windows (as_of is 2026-03-31T12:00:00Z, the zone Europe/London) are written out below.
"""

import csv
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

AS_OF = datetime(2026, 3, 31, 12, tzinfo=timezone.utc)


class Dice:
    """Knuth's MMIX generator: no dependence on the version of Python."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n

    def pick(self, items):
        return items[self.below(len(items))]

    def chance(self, percent):
        return self.below(100) < percent


dice = Dice(20260331)


def instant(moment):
    """ISO with Z; microseconds only where there are any."""
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond:06d}Z" if moment.microsecond else f"{text}Z"


def ago(days, seconds=0):
    return AS_OF - timedelta(days=days, seconds=seconds)


def random_time(oldest_day, newest_day):
    """Some second between so many days ago and so many days ago."""
    span = (oldest_day - newest_day) * 86400
    return ago(newest_day, dice.below(max(span, 1)) + 1)


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def truth(value):
    return "" if value is None else ("true" if value else "false")


# --- companies ---------------------------------------------------------------------------

COMPANIES = [
    # id, name, country, industry, employees, founded_on
    (1, "Harbour & Sons", "GB", "retail", 40, "1987-05-01"),
    (2, "Northwind Ltd.", "GB", "logistics", 900, "1999-11-12"),
    (3, "Blue Door Cafés", "IE", "hospitality", 250, "2011-02-28"),
    (4, "Smith, Smith & Smith", "US", "legal", 249, "1954-01-01"),
    (5, "Ångström AB", "SE", "research", "", "2019-06-06"),
    (6, "One Person Studio", "GB", "", 1, ""),
    (7, "Kiosk 24/7", "DE", "retail", 12, "2020-02-29"),
    (8, "Quiet Holdings", "", "", "", ""),  # nobody works there
]

# --- products ----------------------------------------------------------------------------

NAMES = {
    "tea": ["Earl Grey 100 g", "Assam Loose", "Mint & Lemon", "Sencha", "Chai (spicy)", "Decaf Blend"],
    "coffee": ["House Espresso", "Filter Roast", "Café_au_lait Mix", "Cold Brew"],
    "ware": ['Mug "Best Mum"', "Teapot, 1 l", "Cup & Saucer", "Tin 500 g", "Strainer"],
    "gift": ["Gift Card", "100% Wool Cosy", "Surprise Box 🎁", "Advent Calendar"],
    "": ["Sample", "Postage"],  # no category
}
PRODUCTS = []
for category, names in NAMES.items():
    for name in names:
        PRODUCTS.append((f"{(category or 'misc')[:2].upper()}-{len(PRODUCTS) + 1:03d}", name, category, 150 + dice.below(60) * 50))
PRODUCTS.append(("XX-900", "Never Sold", "gift", 9900))
SKUS_BY_CATEGORY = {c: [p for p in PRODUCTS if p[2] == c and p[0] != "XX-900"] for c in NAMES}

# --- customers ---------------------------------------------------------------------------

FIRST = ["Ada", "Ben", "Chloë", "Dev", "Eve", "Finn", "Gita", "Hal", "Ines", "Jo", "Kai", "Lea", "Mo", "Nia", "Omar", "Pia"]
LAST = ["Smith", "smith", "O'Brien", "Okafor", "Patel", "Goldsmith", "Müller", "de la Cruz", "Jones", "SMITH", "Blacksmiths", "Ng"]
COUNTRIES = ["GB", "GB", "GB", "US", "US", "IE", "DE", "FR", ""]
PLANS = ["free", "free", "free", "premium", "premium", "enterprise", ""]
# persona: how many in 100, orders in the last 30 days, 30-60, 60-90, 90-200, 200-700 days ago
PERSONAS = [
    ("whale", 9, (7, 4, 3, 6, 8)),
    ("rising", 10, (3, 1, 0, 0, 1)),
    ("regular", 25, (1, 1, 1, 2, 4)),
    ("lapsed", 16, (0, 0, 0, 1, 4)),
    ("once", 14, (0, 0, 0, 1, 0)),
    ("new", 10, (1, 0, 0, 0, 0)),
    ("browser", 16, (0, 0, 0, 0, 0)),
]
BANDS = [(30, 0), (60, 30), (90, 60), (200, 90), (700, 200)]

customers, orders, lines, events, complaints = [], [], [], [], []


def add_order(customer, when, status, taste, total=None, coupon=None, basket=None):
    """An order with its lines; `basket` is the number of lines, 0 for none."""
    order_id = 10_001 + len(orders)
    cents = 0
    for number in range(basket if basket is not None else 1 + dice.below(4)):
        category = taste if taste is not None and dice.chance(70) else dice.pick(["tea", "coffee", "ware", "gift", ""])
        sku, _, _, price = dice.pick(SKUS_BY_CATEGORY[category])
        quantity = 1 + dice.below(3) if not dice.chance(6) else 10 + dice.below(15)
        lines.append((order_id, number + 1, sku, quantity, money(price)))
        cents += quantity * price
    if coupon is None:
        coupon = dice.pick(["", "", "", "SPRING", "10%OFF"])
    shipped = (when + timedelta(days=1 + dice.below(5))).date().isoformat() if status == "paid" and dice.chance(80) else ""
    updated = min(when + timedelta(hours=dice.below(200)), AS_OF) if when < AS_OF else when
    orders.append((order_id, customer, status, total or money(cents), coupon, instant(when), shipped, instant(updated)))
    return order_id


def add_event(customer, name, when, page="", amount=""):
    stamp = instant(when) if when is not None else ""
    events.append((f"e{len(events) + 1:05d}", customer, name, stamp, page, amount))


def add_customer(number):
    roll, persona, bands = dice.below(100), None, None
    for persona, share, bands in PERSONAS:
        if roll < share:
            break
        roll -= share
    oldest = {"new": 20, "rising": 300, "once": 180, "browser": 400}.get(persona, 800)
    signed = random_time(oldest, 0 if persona == "new" else 90 if persona != "browser" else 0)
    name = f"{dice.pick(FIRST)} {dice.pick(LAST)}" if not dice.chance(5) else ""
    email = f"c{number}@{dice.pick(['mail.example', 'Shop.Example', 'work.example'])}" if not dice.chance(12) else ""
    seen = ""
    if persona == "lapsed":
        seen = instant(random_time(300, 40))
    elif not dice.chance(10):
        seen = instant(random_time(50, 0))
    birthday = f"{1950 + dice.below(62)}-{1 + dice.below(12):02d}-{1 + dice.below(28):02d}" if not dice.chance(25) else ""
    company = dice.pick([1, 2, 2, 3, 4, 5, 6, 7, 99]) if dice.chance(35) else ""  # 99 is no company
    credit = money(5000 + dice.below(40) * 1000) if dice.chance(40) else ""
    unsubscribed = None if dice.chance(8) else dice.chance(9)
    customers.append((number, email, name, dice.pick(PLANS), dice.pick(COUNTRIES), birthday, truth(unsubscribed),
                      instant(signed), seen, company, credit, instant(max(signed, ago(700)))))
    taste = dice.pick(["tea", "tea", "coffee", "gift", None, None])
    hunter = dice.chance(15)
    for (oldest_day, newest_day), usual in zip(BANDS, bands):
        for _ in range(max(0, usual + (dice.below(3) - 1 if usual else 0))):
            when = max(random_time(oldest_day, newest_day), signed + timedelta(hours=1 + dice.below(300)))
            if when >= AS_OF:
                continue
            status = dice.pick(["paid"] * 8 + ["refunded", "pending"])
            if persona == "once":
                status = "paid"
            basket = 5 + dice.below(4) if persona == "whale" and dice.chance(40) else None
            add_order(number, when, status, taste, coupon="SPRING" if hunter else None, basket=basket)
            add_event(number, "Order Completed", when, "/checkout", orders[-1][3])
    for _ in range({"browser": 9, "lapsed": 1, "once": 0}.get(persona, 5) + dice.below(3)):
        if persona == "once":
            break
        when = random_time(120, 0) if persona != "lapsed" else random_time(400, 100)
        add_event(number, dice.pick(["Product Viewed"] * 4 + ["Cart Updated", "Checkout Started"]), when, dice.pick(["/tea", "/sale", "/p/100%25", ""]))
    if persona == "browser" or dice.chance(12):
        add_event(number, "Cart Updated", random_time(6, 0), "/cart")
    if dice.chance(15):
        opened = random_time(700, 0)
        resolved = (opened + timedelta(days=dice.below(40))).date()
        complaints.append((len(complaints) + 1, number, dice.pick(["late", "broken", "rude", ""]), instant(opened),
                           resolved.isoformat() if resolved < AS_OF.date() and dice.chance(75) else ""))


for number in range(1, 91):
    add_customer(number)

# --- edges -------------------------------------------------------------------------------
# `last 30 days` begins at 2026-03-01T13:00:00Z: 13:00 in London, which was on GMT then and
# is on summer time at as_of. The clocks went forward on 2026-03-29 at 01:00Z.

US = timedelta(microseconds=1)
WINDOW_30 = datetime(2026, 3, 1, 13, tzinfo=timezone.utc)
WINDOW_90 = datetime(2025, 12, 31, 13, tzinfo=timezone.utc)
YESTERDAY = datetime(2026, 3, 29, 23, tzinfo=timezone.utc)
TODAY = datetime(2026, 3, 30, 23, tzinfo=timezone.utc)


def edge_customer(number, name, country="GB", plan="free", signed=None, seen="", **more):
    customers.append((number, more.get("email", f"edge{number}@shop.example"), name, plan, country, more.get("birthday", ""),
                      more.get("unsubscribed", "false"), instant(signed or ago(500)), seen, more.get("company", ""),
                      more.get("credit", ""), instant(signed or ago(500))))


# 201: six orders of 200, the first exactly where the window begins: a high value.
edge_customer(201, "Edge Inside", "US")
for when in [WINDOW_30, WINDOW_30 + US, ago(20), ago(10), ago(1), AS_OF - US]:
    add_order(201, when, "paid", "tea", total="200.00")
# 202: the same, but the first is a microsecond too early.
edge_customer(202, "Edge Outside", "US")
for when in [WINDOW_30 - US, WINDOW_30 + US, ago(20), ago(10), ago(1), AS_OF - US]:
    add_order(202, when, "paid", "tea", total="200.00")
# 203: the last lies exactly at as_of, and so does not exist yet.
edge_customer(203, "Edge Not Yet", "US")
for when in [WINDOW_30, WINDOW_30 + US, ago(20), ago(10), ago(1), AS_OF]:
    add_order(203, when, "paid", "tea", total="200.00")
# 204: exactly 1,000 in six orders, which is not more than 1,000.
edge_customer(204, "Edge Exact", "US")
for when, total in zip([ago(25), ago(20), ago(15), ago(10), ago(5), ago(1)], ["166.67"] * 4 + ["166.66"] * 2):
    add_order(204, when, "paid", "tea", total=total)
# 205: the last order stands exactly 90 days back, so 90 days are not yet silent.
edge_customer(205, "Edge Ninety", plan="")
add_order(205, WINDOW_90, "paid", "gift", total="700.00")
# 206: a microsecond more.
edge_customer(206, "Edge Ninety And A Bit", plan="")
add_order(206, WINDOW_90 - US, "paid", "gift", total="700.00")
# 207: signed up before the clocks changed; seven local days later is 09:30Z, not 10:30Z.
edge_customer(207, "Spring Forward", signed=datetime(2026, 3, 25, 10, 30, tzinfo=timezone.utc))
add_order(207, datetime(2026, 4, 1, 9, 30, tzinfo=timezone.utc), "pending", None)  # one instant too late
# 208: the same, and within: it lies in the future, which an anchored window may see.
edge_customer(208, "Spring Ahead", signed=datetime(2026, 3, 25, 10, 30, tzinfo=timezone.utc))
add_order(208, datetime(2026, 4, 1, 9, 29, 59, tzinfo=timezone.utc), "pending", None)
# 209: bought in the first instant of yesterday; 210: in the first instant of today.
edge_customer(209, "Yes Terday", birthday="2008-03-30")
add_order(209, YESTERDAY, "paid", None)
edge_customer(210, "To Day", birthday="2008-03-31")
add_order(210, TODAY, "paid", None)
# 211: two orders in one instant (a tie), one of them without lines.
edge_customer(211, "Tie Smith", "IE", "premium", seen=instant(ago(60)))
add_order(211, ago(300), "paid", "tea")
add_order(211, ago(300), "refunded", None, total="0.00", basket=0)
# 212: last seen in the microsecond before 60 days ago (13:00 in London on 30 January).
edge_customer(212, "Sixty Days", "IE", "premium", seen="2026-01-30T12:59:59.999999Z")
# 213: nothing is known of them.
customers.append((213, "", "", "", "", "", "", instant(ago(1)), "", "", "", instant(ago(1))))
# 214: complained exactly a year ago (still counts), 215: a microsecond before that.
edge_customer(214, "Complained In Time", plan="premium", seen=instant(ago(100)))
complaints.append((901, 214, "late", "2025-03-31T12:00:00Z", "2025-04-02"))
edge_customer(215, "Complained Long Ago", plan="premium", seen=instant(ago(100)))
complaints.append((902, 215, "late", "2025-03-31T11:59:59.999999Z", "2025-04-02"))
# Orders of guests, of a customer who is gone, and lines of an order that is gone.
add_order("", ago(12), "paid", "coffee")
add_order("", ago(4), "pending", "coffee")
add_order(9999, ago(12), "pending", "coffee")
lines.append((99_999, 1, PRODUCTS[0][0], 12, "3.50"))
# A line of a product that is gone, and one whose number was lost: that one is no entity.
lines.append((10_001, 90, "ZZ-404", 11, "1.00"))
lines.append((10_001, "", PRODUCTS[0][0], 50, "3.50"))
# Events: nobody's, without a time, after as_of, and around the change of the clocks.
add_event("", "Product Viewed", ago(2), "/tea")
add_event(201, "Cart Updated", None, "/cart")
add_event(201, "Cart Updated", AS_OF + timedelta(hours=1), "/cart")
add_event(202, "Product Viewed", datetime(2026, 3, 28, 0, 0, tzinfo=timezone.utc), "/sale")
add_event(203, "Product Viewed", datetime(2026, 3, 29, 0, 59, 59, tzinfo=timezone.utc), "/sale")
add_event(204, "Product Viewed", datetime(2026, 3, 29, 1, 0, 0, tzinfo=timezone.utc), "/sale")
add_event(205, "Product Viewed", datetime(2026, 3, 29, 22, 59, 59, tzinfo=timezone.utc), "/sale")
add_event(206, "Product Viewed", datetime(2026, 3, 29, 23, 0, 0, tzinfo=timezone.utc), "/sale")

# --- files -------------------------------------------------------------------------------

TABLES = {
    "companies": ("company_id,name,country,industry,employees,founded_on", COMPANIES),
    "customers": ("customer_id,email,name,plan,country,birthday,unsubscribed,signed_up_at,last_seen_at,company_id,credit_limit,updated_at", customers),
    "orders": ("order_id,customer_id,status,total,coupon,ordered_at,shipped_on,updated_at", orders),
    "order_lines": ("order_id,line_no,sku,quantity,unit_price", lines),
    "products": ("sku,name,category,price", [(s, n, c, money(p)) for s, n, c, p in PRODUCTS]),
    "events": ("event_id,customer_id,name,at,page,amount", events),
    "complaints": ("complaint_id,customer_id,about,opened_at,resolved_on", complaints),
}

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for table, (header, rows) in TABLES.items():
        with open(folder / f"{table}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header.split(","))
            writer.writerows(rows)
