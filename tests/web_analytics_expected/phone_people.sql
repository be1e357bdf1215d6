-- 24 members
-- As often on a desktop as on a phone is a desktop, which comes before it; a tablet comes after.
select user_id
from (select user_id, device, engagement,
             row_number() over (partition by user_id order by started_at desc, session_id desc) as from_last
      from sessions where started_at < timestamptz '2026-03-10 15:00:00+00') as visits
where user_id in (select user_id from users)
group by user_id
having sum(case when device = 'mobile' then 1 else 0 end) > sum(case when device = 'desktop' then 1 else 0 end)
   and sum(case when device = 'mobile' then 1 else 0 end) >= sum(case when device = 'tablet' then 1 else 0 end)
   and avg(case when from_last <= 3 then engagement end) >= 0.5
order by user_id;
