-- 36 members
select user_id
from users
where app_version is null or app_version = 'latest'
order by user_id;
