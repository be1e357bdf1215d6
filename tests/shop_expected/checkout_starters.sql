-- 52 members
select distinct c.customer_id
from customers c
join events e on e.customer_id = c.customer_id
where e.name = 'Checkout Started'
  and e."at" < timestamptz '2026-03-31 12:00:00+00'
order by c.customer_id;
