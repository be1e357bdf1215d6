-- 15 members
-- 28 and 29 March have 47 hours; yesterday is the 30th, on summer time.
select c.customer_id
from customers c
where exists (select 1 from orders o
              where o.customer_id = c.customer_id
                and o.ordered_at >= timestamptz '2026-03-29 23:00:00+00'
                and o.ordered_at < timestamptz '2026-03-30 23:00:00+00')
   or exists (select 1 from events e
              where e.customer_id = c.customer_id
                and e.page = '/sale'
                and e."at" >= timestamptz '2026-03-28 00:00:00+00'
                and e."at" < timestamptz '2026-03-29 23:00:00+00')
order by c.customer_id;
