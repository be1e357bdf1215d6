-- 3 members
select company_id
from (
    select b.company_id
    from companies b
    left join customers c on c.company_id = b.company_id
    left join orders o on o.customer_id = c.customer_id
         and o.status = 'paid'
         and o.ordered_at < timestamptz '2026-03-31 12:00:00+00'
    where b.industry is null or b.industry <> 'retail'
    group by b.company_id, b.employees
    having b.employees >= 250 or sum(o.total) >= 1500
) big
order by company_id;
