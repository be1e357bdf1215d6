-- 33 members
select user_id
from users
where plan in ('basic', 'pro', 'enterprise') and subscription_status = 'active'
order by user_id;
