-- 44 members
select user_id
from users
where beta_tester = true
order by user_id;
