-- 26 members
select v.session_id, v.name, v.number
from web_conversions v
join sessions s on s.session_id = v.session_id
where v.value > 0 and s.device in ('mobile', 'tablet')
order by v.session_id, v.name, v.number;
