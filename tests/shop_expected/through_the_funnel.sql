-- 11 members
select distinct c.customer_id
from customers c
join events v on v.customer_id = c.customer_id and v.name = 'Product Viewed'
join events u on u.customer_id = c.customer_id and u.name = 'Cart Updated'
  and u."at" > v."at" and u."at" <= v."at" + interval '336' hour
join events o on o.customer_id = c.customer_id and o.name = 'Order Completed'
  and o."at" > u."at" and o."at" <= v."at" + interval '720' hour
where o."at" < timestamptz '2026-03-31 12:00:00+00'
order by c.customer_id;
