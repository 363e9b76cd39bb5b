-- 000025 has replaced it. Apart from that build, because dropping an index waits for readers, and would repeat the build if it failed.
DROP INDEX public.order_details_by_customer
