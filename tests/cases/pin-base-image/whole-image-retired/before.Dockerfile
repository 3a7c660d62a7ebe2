FROM centos:7
