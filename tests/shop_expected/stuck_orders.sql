-- 47 members
-- Three days before as_of is 28 March, 13:00 in London, still winter time.
-- Guests, and customers who are gone, are in no segment.
select o.order_id
from orders o
left join customers c on c.customer_id = o.customer_id
where o.status = 'pending'
  and o.ordered_at < timestamptz '2026-03-28 13:00:00+00'
  and coalesce(c.unsubscribed, false) = false
  and not exists (select 1 from complaints k
                  where k.customer_id = c.customer_id
                    and k.opened_at >= timestamptz '2025-03-31 12:00:00+00'
                    and k.opened_at < timestamptz '2026-03-31 12:00:00+00')
order by o.order_id;
