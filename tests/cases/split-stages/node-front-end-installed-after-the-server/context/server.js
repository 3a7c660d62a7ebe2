const express=require('express');express.static('frontend/dist')
