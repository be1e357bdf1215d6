-- 4 members
select c.customer_id
from customers c
where 1 = (select count(*) from orders o
           where o.customer_id = c.customer_id
             and o.ordered_at < timestamptz '2026-03-31 12:00:00+00')
  and not exists (select 1 from events e
                  where e.customer_id = c.customer_id
                    and e."at" >= timestamptz '2026-01-30 13:00:00+00'
                    and e."at" < timestamptz '2026-03-31 12:00:00+00')
order by c.customer_id;
