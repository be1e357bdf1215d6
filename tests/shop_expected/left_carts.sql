-- 26 members
-- Thirty days before as_of is 1 March, 13:00 in London, in winter time.
select distinct c.customer_id
from customers c
join events u on u.customer_id = c.customer_id and u.name = 'Cart Updated'
where u."at" >= timestamptz '2026-03-01 13:00:00+00'
  and u."at" + interval '72' hour < timestamptz '2026-03-31 12:00:00+00'
  and not exists (select 1 from events o
                  where o.customer_id = c.customer_id and o.name = 'Order Completed'
                    and o."at" > u."at" and o."at" <= u."at" + interval '72' hour)
order by c.customer_id;
