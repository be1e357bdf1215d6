-- 1 member
with high_value as (
    select c.customer_id
    from customers c
    join orders o on o.customer_id = c.customer_id
    where o.ordered_at >= timestamptz '2026-03-01 13:00:00+00'
      and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
    group by c.customer_id
    having sum(o.total) > 1000 and count(*) > 5
),
win_back as (
    select c.customer_id
    from customers c
    left join (select customer_id, sum(total) as lifetime_value from orders
               where status = 'paid' and ordered_at < timestamptz '2026-03-31 12:00:00+00'
               group by customer_id) p on p.customer_id = c.customer_id
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
)
select b.company_id
from companies b
join customers c on c.company_id = b.company_id
left join high_value h on h.customer_id = c.customer_id
left join win_back w on w.customer_id = c.customer_id
group by b.company_id
having count(h.customer_id) >= 1 or count(w.customer_id) >= 2
order by b.company_id;
