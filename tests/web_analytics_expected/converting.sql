-- 27 members
select s.session_id
from sessions s
join web_conversions v on v.session_id = s.session_id
where v.converted_at < timestamptz '2026-03-10 15:00:00+00'
group by s.session_id
having sum(case when v.name = 'Demo Requested' then 1 else 0 end) > 0
    or sum(v.value) >= 100
order by s.session_id;
