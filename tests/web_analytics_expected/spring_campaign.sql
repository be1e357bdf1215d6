-- 106 members
select session_id
from sessions
where substr(lower(campaign), 1, 11) = 'spring_sale'
order by session_id;
