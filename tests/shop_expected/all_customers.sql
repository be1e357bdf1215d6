-- 105 members
select customer_id from customers order by customer_id;
