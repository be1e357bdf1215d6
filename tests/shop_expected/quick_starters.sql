-- 8 members
-- 120 days before as_of is 1 December, 13:00. Seven days after the sign-up are days in London;
-- a window with both ends may see orders that lie after as_of.
select distinct c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where c.signed_up_at >= timestamptz '2025-12-01 13:00:00+00'
  and c.signed_up_at < timestamptz '2026-03-31 12:00:00+00'
  and o.ordered_at >= c.signed_up_at
  and o.ordered_at < ((c.signed_up_at at time zone 'Europe/London') + interval '7 days') at time zone 'Europe/London'
order by c.customer_id;
