-- 11 members
select user_id
from users
where plan = 'enterprise' and region in ('EU', 'UK', 'ME', 'AF')
order by user_id;
