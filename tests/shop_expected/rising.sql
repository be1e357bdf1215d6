-- 13 members
-- 60 days before 31 March, 13:00 in London, is 30 January, 13:00 UTC.
with spent as (
    select customer_id,
           sum(case when ordered_at >= timestamptz '2026-03-01 13:00:00+00' then total else 0 end) as recent,
           sum(case when ordered_at < timestamptz '2026-03-01 13:00:00+00' then total else 0 end) as earlier
    from orders
    where ordered_at >= timestamptz '2026-01-30 13:00:00+00'
      and ordered_at < timestamptz '2026-03-31 12:00:00+00'
    group by customer_id
)
select c.customer_id
from customers c
join spent s on s.customer_id = c.customer_id
where s.earlier > 0 and s.recent > 2 * s.earlier
order by c.customer_id;
