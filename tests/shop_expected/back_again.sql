-- 3 members
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
group by c.customer_id
having sum(case when o.ordered_at >= timestamptz '2026-03-01 00:00:00+00' then 1 else 0 end) > 0
   and sum(case when o.ordered_at < timestamptz '2025-12-01 00:00:00+00' then 1 else 0 end) > 0
   and sum(case when o.ordered_at >= timestamptz '2025-12-01 00:00:00+00'
                 and o.ordered_at < timestamptz '2026-03-01 00:00:00+00' then 1 else 0 end) = 0
order by c.customer_id;
