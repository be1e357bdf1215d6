-- 28 members
select user_id
from users
where app_version in ('1.9.9', '2.0.0-rc.1')
order by user_id;
