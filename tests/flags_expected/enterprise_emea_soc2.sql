-- 5 members
select user_id
from users
where plan = 'enterprise' and region in ('EU', 'UK', 'ME', 'AF') and soc2_compliant = true
order by user_id;
