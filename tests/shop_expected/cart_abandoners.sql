-- 19 members
-- Seven days before as_of is 24 March, 13:00 in London, still winter time.
select c.customer_id
from customers c
where c.email is not null
  and exists (select 1 from events e
              where e.customer_id = c.customer_id and e.name = 'Cart Updated'
                and e."at" >= timestamptz '2026-03-24 13:00:00+00'
                and e."at" < timestamptz '2026-03-31 12:00:00+00')
  and not exists (select 1 from events e
                  where e.customer_id = c.customer_id and e.name = 'Order Completed'
                    and e."at" >= timestamptz '2026-03-24 13:00:00+00'
                    and e."at" < timestamptz '2026-03-31 12:00:00+00')
  and coalesce(c.unsubscribed, false) = false
  and not exists (select 1 from complaints k
                  where k.customer_id = c.customer_id
                    and k.opened_at >= timestamptz '2025-03-31 12:00:00+00'
                    and k.opened_at < timestamptz '2026-03-31 12:00:00+00')
order by c.customer_id;
