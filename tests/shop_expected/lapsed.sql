-- 5 members
-- Six months before 31 March is 30 September, 13:00 in London, then on summer time.
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where o.status = 'paid' and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
group by c.customer_id
having count(*) >= 2 and max(o.ordered_at) < timestamptz '2025-09-30 12:00:00+00'
order by c.customer_id;
