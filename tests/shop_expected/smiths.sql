-- 31 members
select customer_id
from customers
where lower(name) like '% smith'
   or upper(name) like '%O''BRIEN%'
order by customer_id;
