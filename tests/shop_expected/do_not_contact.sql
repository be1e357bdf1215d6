-- 16 members
select c.customer_id
from customers c
where c.unsubscribed = true
   or exists (select 1 from complaints k
              where k.customer_id = c.customer_id
                and k.opened_at >= timestamptz '2025-03-31 12:00:00+00'
                and k.opened_at < timestamptz '2026-03-31 12:00:00+00')
order by c.customer_id;
