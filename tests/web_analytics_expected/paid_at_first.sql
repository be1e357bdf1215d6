-- 12 members
select user_id
from (select user_id, lower(medium) as medium,
             row_number() over (partition by user_id order by started_at, session_id) as from_first,
             row_number() over (partition by user_id order by started_at desc, session_id desc) as from_last
      from sessions where started_at < timestamptz '2026-03-10 15:00:00+00') as visits
where user_id in (select user_id from users)
group by user_id
having sum(case when from_first = 1 and medium in ('cpc', 'ppc') then 1 else 0 end) = 1
   and sum(case when from_last = 1 and medium in ('cpc', 'ppc') then 1 else 0 end) = 0
order by user_id;
