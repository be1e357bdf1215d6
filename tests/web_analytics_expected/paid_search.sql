-- 97 members
select session_id
from sessions
where lower(medium) in ('cpc', 'ppc') and source is not null
order by session_id;
