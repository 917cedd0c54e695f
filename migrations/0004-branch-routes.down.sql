drop table branch_routes;
