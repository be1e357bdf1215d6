-- 38 members
select c.customer_id
from customers c
where c.email is not null
  and c.birthday < date '2008-03-31'
  and (c.unsubscribed is null or c.unsubscribed = false)
  and c.customer_id not in (select k.customer_id from complaints k
                            where k.opened_at >= timestamptz '2025-03-31 12:00:00+00'
                              and k.opened_at < timestamptz '2026-03-31 12:00:00+00')
order by c.customer_id;
