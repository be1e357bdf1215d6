-- 108 members
select order_id
from orders
where extract(isodow from ordered_at at time zone 'Europe/London') in (6, 7)
  and extract(hour from ordered_at at time zone 'Europe/London') < 12
order by order_id;
