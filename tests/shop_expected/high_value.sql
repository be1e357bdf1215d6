-- 10 members
-- `last 30 days` begins on 1 March at 13:00 in London, which then was 13:00 UTC.
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where o.ordered_at >= timestamptz '2026-03-01 13:00:00+00'
  and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
group by c.customer_id
having sum(o.total) > 1000 and count(*) > 5
order by c.customer_id;
