-- 16 members
-- The last quarter of 2025 began on summer time, an hour before midnight UTC.
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where o.ordered_at >= timestamptz '2025-09-30 23:00:00+00'
  and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
group by c.customer_id
having max(o.ordered_at) < timestamptz '2026-01-01 00:00:00+00'
order by c.customer_id;
