-- 7 members
with big as (
    select b.company_id
    from companies b
    left join customers c on c.company_id = b.company_id
    left join orders o on o.customer_id = c.customer_id
         and o.status = 'paid'
         and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
    where b.industry is null or b.industry <> 'retail'
    group by b.company_id, b.employees
    having b.employees >= 250 or sum(o.total) >= 1500
)
select distinct c.customer_id
from customers c
join big on big.company_id = c.company_id
join orders o on o.customer_id = c.customer_id
where o.ordered_at >= timestamptz '2025-12-31 13:00:00+00'
  and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
order by c.customer_id;
