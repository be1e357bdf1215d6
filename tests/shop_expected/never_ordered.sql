-- 20 members
select c.customer_id
from customers c
where not exists (select 1 from orders o
                  where o.customer_id = c.customer_id
                    and o.ordered_at < timestamptz '2026-03-31 12:00:00+00')
  and cast(c.signed_up_at at time zone 'Europe/London' as date) <= date '2026-03-01'
order by c.customer_id;
