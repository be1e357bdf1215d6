-- 59 members
-- 90 days before as_of is 10 December, 11:00 in New York, on winter time.
select s.session_id
from sessions s
where ((lower(s.medium) in ('cpc', 'ppc') and s.source is not null
        and s.started_at >= timestamptz '2025-12-10 16:00:00+00'
        and s.started_at < timestamptz '2026-03-10 15:00:00+00')
       or exists (select 1 from web_conversions v
                  where v.session_id = s.session_id and v.name = 'Demo Requested'
                    and v.converted_at < timestamptz '2026-03-10 15:00:00+00')
       or 100 <= (select coalesce(sum(v.value), 0) from web_conversions v
                  where v.session_id = s.session_id
                    and v.converted_at < timestamptz '2026-03-10 15:00:00+00'))
  and (coalesce(s.duration_seconds, 0) > 60 and s.pageviews >= 3 or coalesce(s.engagement, 0) > 0.5)
order by s.session_id;
