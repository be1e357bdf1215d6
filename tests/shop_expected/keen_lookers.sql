-- 19 members
select c.customer_id
from customers c
join events e on e.customer_id = c.customer_id
where e.name = 'Product Viewed'
  and e."at" >= timestamptz '2026-01-01 00:00:00+00'
  and e."at" < timestamptz '2026-03-31 12:00:00+00'
group by c.customer_id
having count(*) >= 4
order by c.customer_id;
