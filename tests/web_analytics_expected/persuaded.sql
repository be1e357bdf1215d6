-- 9 members
select distinct s.session_id
from sessions s
join events v on v.session_id = s.session_id and v.name = 'Video Progress'
join web_conversions d on d.session_id = s.session_id and d.name = 'Demo Requested'
where d.converted_at > v."at"
  and d.converted_at <= v."at" + interval '2' hour
  and d.converted_at < timestamptz '2026-03-10 15:00:00+00'
order by s.session_id;
