-- 11 members
-- 90 days before 31 March, 13:00 in London, is 31 December, 13:00 UTC; 60 days: 30 January.
with paid as (
    select customer_id, sum(total) as lifetime_value
    from orders
    where status = 'paid' and ordered_at < timestamptz '2026-03-31 12:00:00+00'
    group by customer_id
)
select c.customer_id
from customers c
left join paid p on p.customer_id = c.customer_id
where ((p.lifetime_value >= 500
        and not exists (select 1 from orders o
                        where o.customer_id = c.customer_id
                          and o.ordered_at >= timestamptz '2025-12-31 13:00:00+00'
                          and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'))
       or (c.plan in ('premium', 'enterprise') and c.last_seen_at < timestamptz '2026-01-30 13:00:00+00'))
  and coalesce(c.unsubscribed, false) = false
  and not exists (select 1 from complaints k
                  where k.customer_id = c.customer_id
                    and k.opened_at >= timestamptz '2025-03-31 12:00:00+00'
                    and k.opened_at < timestamptz '2026-03-31 12:00:00+00')
order by c.customer_id;
