-- 3 members
select c.customer_id
from customers c
join orders o on o.customer_id = c.customer_id
where c.country = 'US'
  and o.ordered_at >= timestamptz '2026-03-01 13:00:00+00'
  and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
group by c.customer_id
having sum(o.total) > 1000 and count(*) > 5
order by c.customer_id;
