-- 11 members
select user_id
from users
where beta_tester = true and plan = 'enterprise'
order by user_id;
