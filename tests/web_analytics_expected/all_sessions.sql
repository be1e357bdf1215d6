-- 261 members
select session_id from sessions order by session_id;
